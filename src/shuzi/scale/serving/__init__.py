"""The service of `shuzi.service` behind replicas, run by Ray Serve."""

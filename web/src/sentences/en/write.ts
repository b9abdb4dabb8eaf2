export const write = {
  "write.title": "write",
};

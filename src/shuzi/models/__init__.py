"""Trained models: .onnx files that each carry a card describing them."""

"""What a training hands on: one .onnx file that explains itself by the card inside it."""

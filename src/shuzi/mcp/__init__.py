"""Answer an assistant's questions about pictures, over the Model Context Protocol."""

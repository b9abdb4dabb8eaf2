"""An assistant's questions about pictures become readings, over the Model Context Protocol."""

"""Finding cases and chats by what is written in them."""

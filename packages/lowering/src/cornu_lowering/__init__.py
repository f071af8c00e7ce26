"""What backends that write loops share: fusion, and views of memory."""

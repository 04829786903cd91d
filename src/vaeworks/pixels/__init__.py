"""What models of pictures share: parts of their networks, and how pictures are written."""

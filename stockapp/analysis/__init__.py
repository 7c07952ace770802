"""What a business is worth, how sound it is, what its price has been doing; pure."""

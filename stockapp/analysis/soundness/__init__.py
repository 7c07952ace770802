"""How sound a business is: scores with the reason of each point."""

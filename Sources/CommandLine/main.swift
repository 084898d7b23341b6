print("ironload")

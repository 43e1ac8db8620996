"""What the services say to each other and to the world: messages, topics, and the envelope around them.

Messages are closed when written (an unknown field is a mistake of ours) and open when read
(`read` ignores what a newer writer added).
"""

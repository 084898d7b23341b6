// Placeholder until this room's first content lands in this session.

"""What happens to a printed code between the printer and the phone, seeded: for tests and for `make bench`.

`scene` draws the certificate and cuts out what a camera sees. `on_paper`, `in_light` and `in_camera` hold what can
happen, one function each. `cases` is the table: a name, the functions with their parameters, and a seed.
`decoders` reads the frames.
"""

"""IAM's server certificates. Roles, policies and users are moto's, and judged in `policy`.

Who uses a certificate is not known here.
"""

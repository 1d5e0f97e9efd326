"""Programs written by hand: each public function is one, and what it returns is compared.

They use only what 27.3.0 has, too. What is not deterministic must not be in what they return.
"""

"""The seed review: data that README.md here describes, and the code that plays them through the product's verbs."""

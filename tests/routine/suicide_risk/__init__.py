"""The suicide-risk pathway, and how it and its contact keep each other in step."""

"""The shelter: its page, a resident's page, stays and beds with their forms."""

"""Invented feeds around published figures: what `biaochi demo` plays back."""

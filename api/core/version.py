"""The version of this code; CHANGELOG.md tells what is in it."""

VERSION = "0.1.0"

"""The form beside the tabs: fields of the file, and its stages."""

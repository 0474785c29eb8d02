"""The table of stages in the form, and the dialogs that change many stages."""

"""The flows: when and in which order. What happens in them is in `tvec_pv.actions`."""

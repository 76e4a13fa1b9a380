"""The golden numbers of every method, computed live: `tvec-pv self-test`."""

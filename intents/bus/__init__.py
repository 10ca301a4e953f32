"""The message bus: one protocol, in memory or over MQTT 5."""

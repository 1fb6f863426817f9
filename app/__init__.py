"""The running program: settings, start-up, transports, and the wiring between floors."""

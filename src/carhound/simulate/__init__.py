"""An analytic's unit tests as telemetry: scenarios to the events they leave behind, written as real logs."""

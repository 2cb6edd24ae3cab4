//! The engine: which steps of which plans are due for one customer, a pure function of facts, plans and time.

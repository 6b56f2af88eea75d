//! The ideas behind large systems as pure state machines.

//! Native effects on held descriptors. Each needs the permit of a recorded decision.

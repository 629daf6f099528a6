//! Where deleted and overwritten objects go, so that the judged object is the one that goes and can come back.

//! Effects carried out by a pinned tool in the confined child: ssh, kubectl, rg, jq.

//! How long things took: buckets that double, so that a median of any number of calls costs nothing to keep.

/// Bucket `n` holds values below `2^n` and not below `2^(n-1)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Histogram {
    buckets: [u64; 65],
    most: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: [0; 65],
            most: 0,
        }
    }
}

impl Histogram {
    /// Takes a value in.
    pub(crate) fn see(&mut self, value: u64) {
        let bucket = usize::try_from(u64::BITS - value.leading_zeros()).unwrap_or(0);
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count += 1;
        }
        self.most = self.most.max(value);
    }

    /// Takes another in.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, more) in self.buckets.iter_mut().zip(other.buckets) {
            *own += more;
        }
        self.most = self.most.max(other.most);
    }

    /// A value that this share of all values does not exceed, at most twice the exact one; none without values.
    pub(crate) fn quantile(&self, share: f64) -> Option<u64> {
        let total: u64 = self.buckets.iter().sum();
        if total == 0 {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count; exactness is not asked for"
        )]
        let wanted = ((total as f64 * share).ceil() as u64).clamp(1, total);
        let mut below = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            below += count;
            if below >= wanted {
                let top = u32::try_from(bucket)
                    .ok()
                    .and_then(|bits| 1_u64.checked_shl(bits));
                return Some(top.map_or(u64::MAX, |top| top - 1).min(self.most));
            }
        }
        Some(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn quantiles_are_at_most_twice_the_exact_value() {
        let mut all = Histogram::default();
        assert_eq!(all.quantile(0.5), None);
        for value in 1..=1000 {
            all.see(value);
        }
        all.see(0);
        assert_eq!(
            (all.quantile(0.5), all.quantile(0.95), all.quantile(1.0)),
            (Some(511), Some(1000), Some(1000))
        );
        let mut one = Histogram::default();
        one.see(u64::MAX);
        assert_eq!(one.quantile(0.5), Some(u64::MAX));
    }
}

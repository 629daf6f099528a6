//! SFTP version 3 on the wire (draft-ietf-secsh-filexfer-02): requests as bytes, replies as values. Bounded: a
//! reply longer than a server ever sends is an error, and no length from the wire is believed before it is checked.

/// Longest packet that is accepted.
pub(super) const MAX_PACKET: usize = 256 << 10;

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Version(u32),
    Status { id: u32, code: u32, message: String },
    Handle { id: u32, handle: Vec<u8> },
    Data { id: u32, bytes: Vec<u8> },
    Name { id: u32, entries: Vec<Entry> },
    Attributes { id: u32, attributes: Attributes },
}

/// One name with what the server says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    /// The server's own line, as `ls -l` there would print it.
    pub(super) long: Vec<u8>,
    pub(super) attributes: Attributes,
}

/// Attributes, each where the server gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) size: Option<u64>,
    pub(super) owner: Option<(u32, u32)>,
    pub(super) mode: Option<u32>,
    /// Access and modification, seconds since 1970.
    pub(super) times: Option<(u32, u32)>,
}

/// Requests without an answer of their own kind.
pub(super) const INIT: u8 = 1;
pub(super) const OPEN: u8 = 3;
pub(super) const CLOSE: u8 = 4;
pub(super) const READ: u8 = 5;
pub(super) const LSTAT: u8 = 7;
pub(super) const OPENDIR: u8 = 11;
pub(super) const READDIR: u8 = 12;
pub(super) const REALPATH: u8 = 16;
pub(super) const STAT: u8 = 17;
pub(super) const READLINK: u8 = 19;

/// `SSH_FX_EOF`.
pub(super) const END: u32 = 1;
/// `SSH_FX_NO_SUCH_FILE`.
pub(super) const NO_SUCH_FILE: u32 = 2;
/// `SSH_FX_PERMISSION_DENIED`.
pub(super) const PERMISSION_DENIED: u32 = 3;

/// A request: its kind, its id, and its fields in order.
#[derive(Debug)]
pub(super) struct Request(Vec<u8>);

impl Request {
    pub(super) fn new(kind: u8, id: u32) -> Self {
        let mut body = vec![0, 0, 0, 0, kind];
        body.extend(id.to_be_bytes());
        Self(body)
    }

    pub(super) fn text(mut self, text: &[u8]) -> Self {
        self.0
            .extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.extend_from_slice(text);
        self
    }

    pub(super) fn word(mut self, word: u32) -> Self {
        self.0.extend(word.to_be_bytes());
        self
    }

    pub(super) fn long(mut self, long: u64) -> Self {
        self.0.extend(long.to_be_bytes());
        self
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let length = u32::try_from(self.0.len() - 4).unwrap_or(u32::MAX).to_be_bytes();
        self.0.splice(..4, length);
        self.0
    }
}

/// Reads fields from the front of a packet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn word(&mut self) -> Option<u32> {
        self.bytes(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn long(&mut self) -> Option<u64> {
        self.bytes(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        let length = self.word()?;
        self.bytes(usize::try_from(length).ok()?).map(<[u8]>::to_vec)
    }

    fn attributes(&mut self) -> Option<Attributes> {
        let flags = self.word()?;
        let mut out = Attributes::default();
        if flags & 1 != 0 {
            out.size = Some(self.long()?);
        }
        if flags & 2 != 0 {
            out.owner = Some((self.word()?, self.word()?));
        }
        if flags & 4 != 0 {
            out.mode = Some(self.word()?);
        }
        if flags & 8 != 0 {
            out.times = Some((self.word()?, self.word()?));
        }
        if flags & 0x8000_0000 != 0 {
            for _ in 0..self.word()? {
                self.text()?;
                self.text()?;
            }
        }
        Some(out)
    }
}

/// Reads one packet without its length; none where it is malformed or of no known kind.
pub(super) fn parse(packet: &[u8]) -> Option<Reply> {
    let (kind, rest) = packet.split_first()?;
    let mut fields = Fields(rest);
    let first = fields.word()?;
    let id = first;
    match kind {
        2 => Some(Reply::Version(first)),
        101 => {
            let code = fields.word()?;
            let message = fields
                .text()
                .map_or_else(String::new, |text| String::from_utf8_lossy(&text).into_owned());
            Some(Reply::Status { id, code, message })
        }
        102 => Some(Reply::Handle {
            id,
            handle: fields.text()?,
        }),
        103 => Some(Reply::Data {
            id,
            bytes: fields.text()?,
        }),
        104 => {
            let count = fields.word()?;
            let mut entries = Vec::new();
            for _ in 0..count {
                entries.push(Entry {
                    name: fields.text()?,
                    long: fields.text()?,
                    attributes: fields.attributes()?,
                });
            }
            Some(Reply::Name { id, entries })
        }
        105 => Some(Reply::Attributes {
            id,
            attributes: fields.attributes()?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_framed_with_its_length() {
        let packet = Request::new(OPEN, 7).text(b"/x").word(1).long(2).finish();
        assert_eq!(
            packet,
            [
                0, 0, 0, 23, 3, 0, 0, 0, 7, 0, 0, 0, 2, b'/', b'x', 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2
            ]
        );
    }

    #[test]
    fn truncated_and_lying_packets_are_refused() {
        let mut name = vec![
            104, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0x81, 0xa4,
        ];
        let Some(Reply::Name { entries, .. }) = parse(&name) else {
            panic!("a name")
        };
        assert_eq!(entries[0].attributes.mode, Some(0o100_644));
        for end in 0..name.len() {
            assert_eq!(parse(&name[..end]), None, "cut at {end}");
        }
        name[9] = 0xff;
        assert_eq!(parse(&name), None);
        assert_eq!(parse(&[104, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(parse(&[200, 0, 0, 0, 1]), None);
    }
}

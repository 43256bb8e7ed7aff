//! Frames of HTTP/2 by hand (RFC 9113), for clients that misbehave.

/// Kinds of frames.
pub const HEADERS: u8 = 1;
pub const GOAWAY: u8 = 7;
/// The reason in a GOAWAY frame that tells a client to calm down (RFC 9113, 7).
pub const ENHANCE_YOUR_CALM: u32 = 11;
/// The setting that says how much of each answer may be sent before the client asks for more.
pub const INITIAL_WINDOW_SIZE: u16 = 4;

/// One frame that came.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// How every connection begins, with the client's settings.
pub fn preface(settings: &[(u16, u32)]) -> Vec<u8> {
    let mut payload = Vec::new();
    for (name, value) in settings {
        payload.extend(name.to_be_bytes());
        payload.extend(value.to_be_bytes());
    }
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &payload));
    bytes
}

/// A whole request.
pub fn get(stream: u32, path: &str) -> Vec<u8> {
    // END_HEADERS and END_STREAM; in HPACK's static table 2 is GET.
    frame(HEADERS, 0b101, stream, &header(0x82, path))
}

/// The header of a request whose body is still to come.
pub fn begin_post(stream: u32, path: &str) -> Vec<u8> {
    // END_HEADERS alone; 3 is POST.
    frame(HEADERS, 0b100, stream, &header(0x83, path))
}

/// A part of a body.
pub fn data(stream: u32, bytes: &[u8]) -> Vec<u8> {
    frame(0, 0, stream, bytes)
}

/// Takes a request back.
pub fn reset(stream: u32) -> Vec<u8> {
    // CANCEL.
    frame(3, 0, stream, &8_u32.to_be_bytes())
}

/// Asks whether the other side is still there, as clients do that are.
pub fn ping() -> Vec<u8> {
    frame(6, 0, 0, b"pingpong")
}

/// Gives the whole connection so much more room.
pub fn widen(by: u32) -> Vec<u8> {
    frame(8, 0, 0, &by.to_be_bytes())
}

/// All whole frames in `bytes`.
pub fn frames(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<9>() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            break;
        };
        frames.push(Frame {
            kind: head[3],
            stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]),
            payload: payload.to_vec(),
        });
        bytes = rest;
    }
    frames
}

/// The reason of a GOAWAY frame among these, if there is one.
pub fn farewell(frames: &[Frame]) -> Option<u32> {
    let farewell = frames.iter().find(|frame| frame.kind == GOAWAY)?;
    let (reason, _) = farewell.payload[4..].split_first_chunk()?;
    Some(u32::from_be_bytes(*reason))
}

/// HPACK (RFC 7541) without compression: indexed `method` and `https`, literal path and host.
fn header(method: u8, path: &str) -> Vec<u8> {
    let mut block = vec![method, 0x87];
    for (name, value) in [(0x04, path), (0x01, "localhost")] {
        block.extend([name, u8::try_from(value.len()).unwrap()]);
        block.extend(value.as_bytes());
    }
    block
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

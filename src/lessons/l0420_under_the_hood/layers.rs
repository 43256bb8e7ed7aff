//! The layers of this program, from the outermost to the innermost.

/// A layer, told in words.
pub(super) struct Layer {
    pub(super) name: &'static str,
    /// Where it is in the source.
    pub(super) file: &'static str,
    /// What it does before what is inside of it.
    pub(super) before: &'static str,
    /// What it may answer in place of what is inside of it.
    pub(super) refuses: &'static str,
    /// What it does afterwards.
    pub(super) after: &'static str,
    /// Where Express has the same.
    pub(super) express: &'static str,
    /// The part of it that the X-ray measures, if it does.
    pub(super) part: Option<Part>,
}

/// The parts of a request's way to which what was recorded belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The session layer, on the way in and on the way out.
    Session,
    /// What a handler asks for.
    Arguments,
    Handler,
}

pub(super) const LAYERS: &[Layer] = &[
    Layer {
        name: "Connection and TLS",
        file: "src/server/connection/mod.rs",
        before: "Accepts the connection and deciphers what comes.",
        refuses: "Closes the connection without an answer: a handshake of more than 10 s, or a \
                  minute without a request.",
        after: "Enciphers the answer. The request counts as at work until its last byte is out.",
        express: "https.createServer(credentials, app)",
        part: None,
    },
    Layer {
        name: "HTTP",
        file: "src/server/limits.rs",
        before: "Makes a request of the bytes: method, path, header fields.",
        refuses: "431: header fields that are too many or too large. 400: this is not HTTP.",
        after: "Makes bytes of the answer.",
        express: "Node's own HTTP parser, with a limit of 16 KiB for all header fields",
        part: None,
    },
    Layer {
        name: "Routing",
        file: "src/app/mod.rs",
        before: "Looks up who is to answer this path and method. For an unknown path it is the \
                 handler that says 404, for another method the one that says 405.",
        refuses: "Nothing yet: these two answer at the place of the handler.",
        after: "Nothing.",
        express: "app.get(path, handler): its place among the app.use(…) decides when it is asked",
        part: None,
    },
    Layer {
        name: "Progress",
        file: "src/app/mod.rs",
        before: "Puts the ticked tasks within reach of those who ask for them.",
        refuses: "Nothing.",
        after: "Nothing.",
        express: "app.locals",
        part: None,
    },
    Layer {
        name: "Log",
        file: "src/app/log.rs",
        before: "Remembers method, path and time.",
        refuses: "Nothing.",
        after: "Writes one line with status and milliseconds. Its clock is not the X-ray's.",
        express: "a module such as morgan, put first by app.use",
        part: None,
    },
    Layer {
        name: "Headers",
        file: "src/app/headers.rs",
        before: "Nothing.",
        refuses: "Nothing.",
        after: "Adds six header fields to every answer, errors included.",
        express: "the module helmet",
        part: None,
    },
    Layer {
        name: "Problems",
        file: "src/app/problems.rs",
        before: "Remembers whether the visitor wants a page or is a program.",
        refuses: "Nothing.",
        after: "Makes a page, or JSON, of an error that has only a status and a sentence.",
        express: "an error handler with four arguments, (error, req, res, next), put last",
        part: None,
    },
    Layer {
        name: "Body",
        file: "src/app/bodies.rs",
        before: "Reads what comes after the header fields, such as a form, to its end.",
        refuses: "413: more than 128 KiB. 408: it takes longer than 10 s.",
        after: "Nothing.",
        express: "express.urlencoded(), express.json()",
        part: None,
    },
    Layer {
        name: "Origin",
        file: "src/sessions/origin.rs",
        before: "Looks at which page has sent the request.",
        refuses: "403: a page of another origin, such as another port, wants to change something.",
        after: "Nothing.",
        express: "nothing by itself; a module against cross-site request forgery",
        part: None,
    },
    Layer {
        name: "Panic",
        file: "src/app/problems.rs",
        before: "Nothing.",
        refuses: "Nothing.",
        after: "Makes a 500 of a panic further inside, so that it is one visitor's alone.",
        express: "what Express does with an exception; for asynchronous handlers before Express 5, \
                  the module express-async-handler",
        part: None,
    },
    Layer {
        name: "Session",
        file: "src/sessions/attach.rs",
        before: "Finds the cookie, checks its signature, begins the record for the X-ray. Not \
                 there for the handlers that say 404 and 405.",
        refuses: "413: the session has become too large. 503: the store did not answer. In both \
                  cases the handler's answer is thrown away.",
        after: "Writes the session if it has changed, adds Set-Cookie, releases the lock, ends \
                the record.",
        express: "express-session, and the store that it is given",
        part: Some(Part::Session),
    },
    Layer {
        name: "Arguments of the handler",
        file: "src/sessions/visitor.rs",
        before: "What the handler asks for is made of the request. A Visitor loads the session.",
        refuses: "503: the store does not answer.",
        after: "Nothing.",
        express: "req.query, req.body, req.session: filled by earlier layers, asked for or not",
        part: Some(Part::Arguments),
    },
    Layer {
        name: "Handler",
        file: "src/lessons/l0420_under_the_hood/mod.rs",
        before: "It is the innermost: it decides, and makes the answer.",
        refuses: "422 here: a form that makes no sense. 404 and 405: the two special handlers.",
        after: "From here the answer goes all the way back, outwards.",
        express: "(req, res) => { … }",
        part: Some(Part::Handler),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walkthrough::read_source;

    #[test]
    fn every_layer_is_in_a_file_that_is_there() {
        for layer in LAYERS {
            assert!(read_source(layer.file).is_some(), "{}", layer.file);
        }
    }
}

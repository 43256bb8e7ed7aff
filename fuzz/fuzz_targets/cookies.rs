//! A `Cookie` header.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sweatbox_fuzz::cookies(data));

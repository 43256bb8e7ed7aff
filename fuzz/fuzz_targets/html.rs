//! A page that is judged.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sweatbox_fuzz::html(data));

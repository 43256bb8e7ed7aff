//! The real desk, as an instructor starts it, and a class to be looked at.

use super::{Answer, Copy, Folder, Visitor, free_port};
use reqwest::{
    Client, Method, Response,
    header::{ACCEPT, AUTHORIZATION},
};
use serde_json::{Value, json};
use std::{fs, net::TcpListener, path::PathBuf};

/// A desk that serves.
pub struct Desk {
    pub copy: Copy,
    /// The file in which the link was handed over.
    pub note: PathBuf,
    pub link: String,
    visitor: Visitor,
}

/// Ports that are free on loopback right now, no two alike.
pub fn free_ports(count: usize) -> Vec<u16> {
    let open: Vec<_> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let ports = open.iter().map(|open| open.local_addr().unwrap().port());
    ports.collect()
}

/// Writes a roster: each student's name, whose first word is the login, and two ports.
pub fn write_class(folder: &Folder, file: &str, students: &[(&str, [u16; 2])]) {
    let first = "student,name,email,host,sandbox,production\n".to_owned();
    let text = students.iter().fold(first, |all, (name, ports)| {
        let login = name.split(' ').next().unwrap().to_lowercase();
        let [sandbox, production] = ports;
        all + &format!("{login},{name},{login}@school.example,localhost,{sandbox},{production}\n")
    });
    folder.write(file, &text, 0o600);
}

impl Desk {
    /// Starts one on `roster.csv` in `folder`.
    pub async fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let port = free_port();
        let number = port.to_string();
        let always = ["desk", "roster.csv", "--port", &number];
        let arguments = [&always[..], arguments].concat();
        let copy = folder.serve_on(port, &arguments);
        let copy = copy.await;
        let note = folder.path(&format!("roster.csv.desk-{port}"));
        let link = fs::read_to_string(&note).unwrap().trim_end().to_owned();
        let visitor = copy.visitor();
        Self {
            copy,
            note,
            link,
            visitor,
        }
    }

    pub fn token(&self) -> &str {
        self.link.split_once("#token=").unwrap().1
    }

    /// Asks with the token and these headers besides.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        self.ask_as(&self.visitor, method, path, headers, body)
            .await
    }

    /// The same from a browser that has been elsewhere.
    pub async fn ask_as(
        &self,
        browser: &Visitor,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token());
        let headers = [headers, &[("authorization", &*bearer)]].concat();
        browser.send(method, path, &headers, body).await
    }

    /// Asks for something that needs no body.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], &json!({})).await
    }

    /// What the desk knows of a student.
    pub async fn row(&self, student: &str) -> Value {
        let answer = self.get("/api/rows").await;
        let rows: Value = serde_json::from_str(&answer.expect(200).text).unwrap();
        let mut rows = rows["rows"].as_array().unwrap().iter();
        let row = rows.find(|row| row["student"] == student);
        row.unwrap_or_else(|| panic!("no row of {student}")).clone()
    }

    /// Gives a student a score and a comment, as a change to this revision.
    pub async fn gives(&self, student: &str, revision: u64, score: f64, comment: &str) -> Answer {
        let path = format!("/api/scores/{student}");
        let tag = format!("\"{revision}\"");
        let given = json!({ "score": score, "comment": comment });
        self.ask(Method::PUT, &path, &[("if-match", &tag)], &given)
            .await
    }

    /// Opens the live stream. As long as the result is kept, somebody looks.
    pub async fn is_looked_at(&self) -> (Client, Response) {
        let client = Client::builder().danger_accept_invalid_certs(true).build();
        let client = client.unwrap();
        let rows = format!("https://localhost:{}/api/rows", self.copy.port);
        let request = client.get(rows);
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.token()));
        let request = request.header(ACCEPT, "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        (client, response)
    }
}

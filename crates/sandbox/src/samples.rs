//! The sample photographs, inside the program, so that the sandbox works wherever it is started.

/// Name and bytes of every sample; licences in `assets/LICENSES.md`.
pub const SAMPLES: [(&str, &[u8]); 10] = [
    ("astronaut.jpg", include_bytes!("../assets/astronaut.jpg")),
    ("clock 100%.png", include_bytes!("../assets/clock 100%.png")),
    ("coffee cup.jpg", include_bytes!("../assets/coffee cup.jpg")),
    ("cute-cat.jpg", include_bytes!("../assets/cute-cat.jpg")),
    (
        "hubble+deep+field.jpg",
        include_bytes!("../assets/hubble+deep+field.jpg"),
    ),
    ("ihc.png", include_bytes!("../assets/ihc.png")),
    ("münzen.jpg", include_bytes!("../assets/münzen.jpg")),
    ("retina.jpg", include_bytes!("../assets/retina.jpg")),
    (
        "rocket (rotated).jpg",
        include_bytes!("../assets/rocket (rotated).jpg"),
    ),
    ("rocket.jpg", include_bytes!("../assets/rocket.jpg")),
];

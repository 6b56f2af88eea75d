//! Cities, how far they are from each other, and how long light in a fibre takes from one to another.
//!
//! Distances are a table of whole kilometres along great circles of a sphere of the Earth's mean radius,
//! 6,371.0088 km (IUGG): trigonometry may differ in the last bit natively and in wasm, so a test computes it and
//! the core looks it up. Latency is modelled: fibre laid in detours, and nothing waits in a queue.

use crate::sim::Span;
use serde::{Deserialize, Serialize};

/// How fast light travels in glass, in kilometres a second: about two thirds of its speed in vacuum.
pub const FIBRE_KM_PER_SECOND: u64 = 200_000;
/// How much longer than the great circle the way of a packet is, in percent.
///
/// The rule of thumb is 210 (quoted by Bozkurt et al., "Dissecting Latency in the Internet's Fiber
/// Infrastructure", arXiv 1811.10737, for the United States); long submarine cables are straighter: London to New
/// York, 5,570 km, is pinged in about 70 ms, which is 126.
pub const DETOUR_PERCENT: u64 = 150;
/// What every one-way trip between two servers takes on top, in microseconds: routers, and the last mile of a data centre.
pub const BASE_US: u64 = 500;
/// What a reader's own line, from the home to the net, takes on top, in microseconds one way.
pub const LAST_MILE_US: u64 = 5_000;

/// A city of the map, roughly from west to east.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum City {
    /// Honolulu.
    Honolulu,
    /// San Francisco.
    SanFrancisco,
    /// Mexico City.
    MexicoCity,
    /// Chicago.
    Chicago,
    /// Ashburn.
    Ashburn,
    /// New York.
    NewYork,
    /// Santiago.
    Santiago,
    /// São Paulo.
    SaoPaulo,
    /// Lisbon.
    Lisbon,
    /// Madrid.
    Madrid,
    /// London.
    London,
    /// Frankfurt.
    Frankfurt,
    /// Stockholm.
    Stockholm,
    /// Lagos.
    Lagos,
    /// Cape Town.
    CapeTown,
    /// Nairobi.
    Nairobi,
    /// Dubai.
    Dubai,
    /// Mumbai.
    Mumbai,
    /// Singapore.
    Singapore,
    /// Tokyo.
    Tokyo,
    /// Sydney.
    Sydney,
    /// Auckland.
    Auckland,
    /// Rotorua.
    Rotorua,
}

impl City {
    /// All of them, in that order.
    pub const ALL: [City; 23] = [
        City::Honolulu,
        City::SanFrancisco,
        City::MexicoCity,
        City::Chicago,
        City::Ashburn,
        City::NewYork,
        City::Santiago,
        City::SaoPaulo,
        City::Lisbon,
        City::Madrid,
        City::London,
        City::Frankfurt,
        City::Stockholm,
        City::Lagos,
        City::CapeTown,
        City::Nairobi,
        City::Dubai,
        City::Mumbai,
        City::Singapore,
        City::Tokyo,
        City::Sydney,
        City::Auckland,
        City::Rotorua,
    ];

    fn facts(self) -> (&'static str, i32, i32) {
        match self {
            City::Honolulu => ("Honolulu", 2131, -15786),
            City::SanFrancisco => ("San Francisco", 3777, -12242),
            City::MexicoCity => ("Mexico City", 1943, -9913),
            City::Chicago => ("Chicago", 4188, -8763),
            City::Ashburn => ("Ashburn", 3904, -7749),
            City::NewYork => ("New York", 4071, -7401),
            City::Santiago => ("Santiago", -3345, -7067),
            City::SaoPaulo => ("São Paulo", -2355, -4663),
            City::Lisbon => ("Lisbon", 3872, -914),
            City::Madrid => ("Madrid", 4042, -370),
            City::London => ("London", 5151, -13),
            City::Frankfurt => ("Frankfurt", 5011, 868),
            City::Stockholm => ("Stockholm", 5933, 1807),
            City::Lagos => ("Lagos", 652, 338),
            City::CapeTown => ("Cape Town", -3392, 1842),
            City::Nairobi => ("Nairobi", -129, 3682),
            City::Dubai => ("Dubai", 2520, 5527),
            City::Mumbai => ("Mumbai", 1908, 7288),
            City::Singapore => ("Singapore", 135, 10382),
            City::Tokyo => ("Tokyo", 3568, 13969),
            City::Sydney => ("Sydney", -3387, 15121),
            City::Auckland => ("Auckland", -3685, 17476),
            City::Rotorua => ("Rotorua", -3814, 17625),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// Its latitude and longitude in hundredths of a degree, north and east positive.
    pub fn position(self) -> (i32, i32) {
        let (_, latitude, longitude) = self.facts();
        (latitude, longitude)
    }

    /// How far it is to another city along the great circle, in kilometres.
    pub fn km_to(self, other: City) -> u32 {
        let (west, east) = (self.min(other) as usize, self.max(other) as usize);
        KM.get(east).and_then(|row| row.get(west)).copied().map_or(0, u32::from)
    }

    /// How long a packet between servers takes to another city, one way.
    pub fn latency_to(self, other: City) -> Span {
        let km = u64::from(self.km_to(other));
        Span::from_us(BASE_US + km * DETOUR_PERCENT * 10_000 / FIBRE_KM_PER_SECOND)
    }
}

/// The distance of each city to those before it in the list, in kilometres.
#[rustfmt::skip]
const KM: [&[u16]; 23] = [
    &[], // Honolulu
    &[3854], // San Francisco
    &[6090, 3038], // Mexico City
    &[6838, 2985, 2722], // Chicago
    &[7730, 3877, 3011, 913], // Ashburn
    &[7981, 4129, 3359, 1144, 350], // New York
    &[11046, 9557, 6610, 8554, 8091, 8253], // Santiago
    &[13013, 10434, 7432, 8408, 7664, 7686, 2586], // São Paulo
    &[12587, 9117, 8671, 6422, 5767, 5423, 10227, 7949], // Lisbon
    &[12648, 9318, 9063, 6725, 6117, 5769, 10703, 8385, 503], // Madrid
    &[11631, 8617, 8929, 6353, 5917, 5570, 11673, 9497, 1585, 1263], // London
    &[11964, 9134, 9560, 6964, 6549, 6203, 12110, 9829, 1890, 1445, 638], // Frankfurt
    &[11041, 8622, 9585, 6880, 6647, 6320, 13087, 10927, 2989, 2593, 1433, 1187], // Stockholm
    &[16305, 12559, 11065, 9607, 8764, 8473, 8950, 6374, 3795, 3835, 5013, 4872, 6004], // Lagos
    &[18566, 16485, 13699, 13667, 12754, 12564, 7942, 6344, 8562, 8572, 9671, 9393, 10369, 4767], // Cape Town
    &[17279, 15437, 14816, 12883, 12176, 11843, 11540, 9283, 6463, 6190, 6821, 6312, 6937, 3812, 4102], // Nairobi
    &[13727, 13009, 14332, 11638, 11349, 11009, 14753, 12226, 6134, 5656, 5474, 4836, 4758, 5883, 7639, 3553], // Dubai
    &[12899, 13494, 15645, 12946, 12855, 12538, 16071, 13774, 8021, 7532, 7192, 6564, 6229, 7621, 8243, 4542, 1935], // Mumbai
    &[10814, 13583, 16607, 15072, 15522, 15333, 16400, 15987, 11879, 11381, 10848, 10258, 9637, 11143, 9667, 7455, 5837, 3904], // Singapore
    &[6206, 8272, 11307, 10139, 10872, 10850, 17235, 18535, 11144, 10763, 9559, 9333, 8170, 13472, 14731, 11252, 7934, 6723, 5314], // Tokyo
    &[8166, 11947, 12973, 14876, 15674, 15988, 11346, 13357, 18178, 17684, 16994, 16483, 15596, 15523, 11012, 12152, 12049, 10157, 6306, 7826], // Sydney
    &[7076, 10507, 10956, 13192, 13850, 14194, 9670, 12020, 19614, 19596, 18336, 18168, 17008, 16531, 11773, 13953, 14202, 12297, 8417, 8840, 2156], // Auckland
    &[7142, 10518, 10876, 13159, 13795, 14141, 9477, 11826, 19541, 19762, 18502, 18360, 17195, 16426, 11682, 13976, 14344, 12448, 8576, 9029, 2294, 195], // Rotorua
];

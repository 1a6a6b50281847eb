/** Words that titles and tags are made of. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const ADJECTIVES = words(`
  Silent Broken Golden Last First Crimson Hidden Distant Burning Frozen Lonely Wild Sacred Savage Gentle Bitter
  Electric Hollow Invisible Endless Restless Secret Forgotten Midnight Perfect Dangerous Brave Little Great Black
  White Red Blue Green Grey Silver Iron Paper Glass Velvet Wicked Crooked Lucky Happy Sad Strange Beautiful Ugly
  Quiet Loud Slow Sudden Long Short Deep Empty Final Second Third Ancient Modern Young Old Dead Living Lost Stolen
  Borrowed Honest Foolish Careless Reckless Noble Royal Humble Proud Guilty Innocent Deadly Cruel Tender Sweet
  Sour Warm Cold Northern Southern Eastern Western Foreign Ordinary Impossible Unlikely Unfinished Unspoken Untold`);

export const NOUNS = words(`
  River Mountain Valley Harbor Island Desert Forest Garden City Village Street House Window Door Mirror Shadow
  Light Storm Rain Snow Winter Summer Autumn Spring Night Day Dawn Dusk Hour Year Moon Sun Star Sky Sea Ocean Wave
  Stone Bridge Road Train Ship Station Hotel Circus Theater Letter Promise Secret Dream Memory Echo Song Dance
  Kiss Heart Soul Blood Bone Hand Eye Face Voice Stranger Brother Sister Mother Father Daughter Son Wife Husband
  Widow Orphan Soldier Sailor Hunter Thief Detective Teacher Doctor Painter Dancer Singer Gambler Outlaw King
  Queen Prince Princess Knight Witch Ghost Angel Devil Monster Dragon Wolf Fox Horse Dog Cat Bird Crow Swan Lion
  Tiger Spider Serpent Rose Apple Orange Lemon Bread Wine Money Diamond Gold Silver Crown Sword Gun Bullet War
  Peace Battle Empire Kingdom Rebellion Revenge Justice Mercy Murder Crime Trial Verdict Escape Prison Journey
  Return Farewell Wedding Funeral Birthday Holiday Carnival Masquerade Game Wager Deal Bargain Conspiracy Code
  Signal Machine Robot Planet Galaxy Orbit Frontier Horizon Paradise Inferno Eclipse Tempest Labyrinth Carousel
  Lighthouse Orchard Vineyard Cathedral Balcony Staircase Cellar Attic Suitcase Umbrella Bicycle Typewriter`);

export const VERBS = words(`
  Finding Losing Chasing Leaving Saving Loving Forgetting Remembering Waiting Crossing Burning Breaking Hiding
  Hunting Killing Raising Meeting Missing Dreaming Escaping Driving Painting Selling Stealing Trusting Becoming`);

export const FIRST_NAMES = words(`
  Anna Marta Lucy Clara Ella Rosa Nora Julia Ida Vera Alice Helen Irene Joan Laura Maria Nina Olga Paula Ruth
  Sara Tessa Ursula Wanda Yvonne Zoë Amélie Chloé Inès Søren Jürgen José Andrés Raúl Björn Zoltán Álvaro Émile
  Adam Albert Arthur Carl Daniel David Edgar Felix Frank George Harry Hugo Ivan Jack James John Karl Leo Louis
  Martin Max Michael Nick Oscar Otto Paul Peter Ralph Robert Samuel Simon Theo Thomas Victor Walter William Kenji
  Akira Hiro Mei Lin Ravi Arjun Priya Omar Yusuf Layla Tariq Kofi Amara Zuri Pablo Diego Carmen Lucia Marco`);

export const LAST_NAMES = words(`
  Abbott Ashford Barlow Becker Bellamy Blackwood Brandt Calloway Carver Castellano Chandler Clifton Crane Dalton
  Delgado Drummond Eastman Ellery Fairchild Falk Farrow Fontaine Garland Granger Grimaldi Hadley Halloran Hartley
  Hawthorne Holloway Ibsen Jansen Kessler Kincaid Kowalski Lambert Langley Larsson Lindqvist Lockwood MacGregor
  Marchetti Mercer Montague Moreau Nakamura Navarro Norwood Novak Oakley Okafor O'Hara Pemberton Petrov Prescott
  Quinn Radcliffe Ravenscroft Reyes Rosenthal Salazar Sandoval Schreiber Sinclair Sørensen Sterling Sullivan Tanaka
  Thackeray Tremaine Underwood Valdés Van_Houten Vasquez Vaughn Volkov Wakefield Weatherby Whitaker Winslow
  Yamamoto Yates Zapata Zimmermann Müller García Núñez Béranger Lefèvre Škoda Dvořák Ångström Öberg`).map(
  (name) => name.replace("_", " "),
);

export const PLACES = words(`
  Alaska Berlin Bombay Boston Brooklyn Budapest Cairo Casablanca Chicago Dakota Dover Dublin Florence Geneva Genoa
  Havana Istanbul Jakarta Kansas Kyoto Lisbon Lima London Madrid Manila Marseille Memphis Mexico Montana Montreal
  Moscow Naples Nevada Odessa Oslo Paris Prague Rio Rome Saigon Salzburg Shanghai Sicily Tangier Texas Tokyo Trieste
  Venice Vienna Warsaw Zanzibar Zürich São_Paulo Málaga Malmö Kraków`).map((name) =>
  name.replace("_", " "),
);

/** Original titles: an article that MovieLens moves to the end, first words, last words. */
export const FOREIGN = [
  {
    articles: words("Le La Les L'"),
    first: words("nuit été amour étranger château fenêtre cœur forêt père garçon rivière rêve"),
    last: words("perdu sauvage éternel blanc brûlé inconnu caché d'hiver sans_fin de_Noël"),
  },
  {
    articles: words("Der Die Das"),
    first: words("Straße Mörder Schatten Himmel Mädchen Frühling Brücke Fräulein König Träume"),
    last: words("am_Fluß über_Wien im_Nebel ohne_Heimat für_alle der_Nacht"),
  },
  {
    articles: words("El La Los Las"),
    first: words("corazón niña montaña sueño camino señor mañana jardín espíritu año"),
    last: words("del_río sin_fin de_Málaga perdido español de_piedra"),
  },
  {
    articles: words("Il La I Gli"),
    first: words("città notte strada ragazzo cielo mare libertà bambini segreto"),
    last: words("di_Roma perduta d'estate del_nord perché_no senza_nome"),
  },
  {
    articles: [],
    first: words("Yoru Kaze Hana Tsuki Yuki Umi Sora Kōri Shōnen Kyōdai Jōkyō"),
    last: words("no_uta no_namida monogatari no_yume no_kuni no_tabi"),
  },
  {
    articles: [],
    first: words("Kärlek Sommar Ångest Måne Snö Blå Hjärta Pojke Skørgård Rød"),
    last: words("i_mörker på_ön utan_slut för_två och_död"),
  },
].map((language) => ({
  articles: language.articles,
  first: language.first,
  last: language.last.map((word) => word.replace(/_/g, " ")),
}));

export const ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"] as const;

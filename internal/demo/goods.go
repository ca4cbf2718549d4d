package demo

// branch is a category; below is the code of its parent, "" for the first level.
type branch struct {
	code, below string
	name, about words
}

var branches = []branch{
	{code: "kitchen", name: words{"Kitchen", "Küche", "Cuisine", "المطبخ"},
		about: words{"What is in your hands every day.", "Was man jeden Tag in die Hand nimmt.", "Ce que l’on prend en main chaque jour.", "ما تمسكه يداك كل يوم."}},
	{code: "cups", below: "kitchen", name: words{"Mugs", "Becher", "Tasses", "أكواب"}},
	{code: "table", below: "kitchen", name: words{"Bowls and Boards", "Schalen und Bretter", "Bols et planches", "أوعية وألواح"}},
	{code: "tea", below: "kitchen", name: words{"Tea and Bottles", "Tee und Flaschen", "Thé et gourdes", "الشاي والقوارير"}},
	{code: "living", name: words{"Living", "Wohnen", "Maison", "المنزل"},
		about: words{"For evenings at home.", "Für Abende zu Hause.", "Pour les soirées à la maison.", "لأمسيات البيت."}},
	{code: "light", below: "living", name: words{"Light", "Licht", "Lumière", "الإضاءة"}},
	{code: "cosy", below: "living", name: words{"Cushions and Clocks", "Kissen und Uhren", "Coussins et horloges", "وسائد وساعات"}},
	{code: "green", below: "living", name: words{"Plants and Vases", "Pflanzen und Vasen", "Plantes et vases", "نباتات ومزهريات"}},
	{code: "wear", name: words{"Wear", "Tragen", "À porter", "الملابس"},
		about: words{"Made to be worn for years.", "Gemacht, um jahrelang getragen zu werden.", "Fait pour être porté longtemps.", "صُنع ليُلبس سنوات."}},
	{code: "bags", below: "wear", name: words{"Bags", "Taschen", "Sacs", "حقائب"}},
	{code: "clothes", below: "wear", name: words{"Shirts and Scarves", "Hemden und Schals", "Chemises et écharpes", "قمصان وأوشحة"}},
	{code: "paper", name: words{"Paper", "Papier", "Papier", "الورق"},
		about: words{"To write on and to look at.", "Zum Schreiben und zum Anschauen.", "Pour écrire et pour regarder.", "للكتابة وللنظر."}},
}

// colour is a colour that the goods come in, in the order of the drawings'.
type colour struct {
	code, value string
	name        words
}

var colours = []colour{
	{"RU", "rust", words{"Rust", "Rost", "Rouille", "صدئي"}},
	{"GN", "green", words{"Green", "Grün", "Vert", "أخضر"}},
	{"BL", "blue", words{"Blue", "Blau", "Bleu", "أزرق"}},
	{"RO", "rose", words{"Rose", "Rosé", "Rose", "وردي"}},
}

// tints is how many colours of each there are.
const tints = 4

// good is a thing the shop sells, in several colours.
type good struct {
	code, shape, category, material string
	cents, grams                    int64
	name, short, about              words
}

var goods = []good{
	{"MUG", "mug", "cups", "ceramic", 1800, 350,
		words{"Stoneware Mug", "Steinzeugbecher", "Tasse en grès", "كوب خزفي"},
		words{"Holds a quarter of a litre and keeps it warm.", "Fasst einen Viertelliter und hält ihn warm.", "Contient un quart de litre et le garde chaud.", "يتسع لربع لتر ويبقيه دافئًا."},
		words{"Thrown by hand and fired twice. The glaze differs a little from mug to mug.\n\nMay go into the dishwasher and the microwave.", "Von Hand gedreht und zweimal gebrannt. Die Glasur ist bei jedem Becher ein wenig anders.\n\nFür Spülmaschine und Mikrowelle geeignet.", "Tournée à la main et cuite deux fois. L’émail varie un peu d’une tasse à l’autre.\n\nPasse au lave-vaisselle et au micro-ondes.", "مشكّل يدويًا ومحروق مرتين، ويختلف طلاؤه قليلًا من كوب إلى آخر.\n\nيصلح لغسالة الصحون والميكروويف."}},
	{"BAG", "tote bag", "bags", "cotton", 2400, 220,
		words{"Canvas Bag", "Leinentasche", "Sac en toile", "حقيبة قماشية"},
		words{"Carries the week’s shopping.", "Trägt den Wocheneinkauf.", "Porte les courses de la semaine.", "تحمل مشتريات الأسبوع."},
		words{"Heavy cotton canvas, double seams, handles long enough for the shoulder.", "Schweres Baumwolltuch, doppelte Nähte, Henkel lang genug für die Schulter.", "Toile de coton épaisse, doubles coutures, anses assez longues pour l’épaule.", "قماش قطني متين بخياطة مزدوجة ومقبضين يكفيان للكتف."}},
	{"POT", "tea pot", "tea", "ceramic", 4200, 900,
		words{"Tea Pot", "Teekanne", "Théière", "إبريق شاي"},
		words{"For four cups, with a strainer.", "Für vier Tassen, mit Sieb.", "Pour quatre tasses, avec filtre.", "لأربعة فناجين مع مصفاة."},
		words{"The spout does not drip: we tried thirty of them.", "Der Ausguss tropft nicht: Wir haben dreißig ausprobiert.", "Le bec ne goutte pas : nous en avons essayé trente.", "لا تقطر فوهته: جرّبنا ثلاثين منها."}},
	{"LMP", "desk lamp", "light", "metal", 8900, 1800,
		words{"Reading Lamp", "Leselampe", "Lampe de lecture", "مصباح قراءة"},
		words{"Warm light where the page is.", "Warmes Licht, wo die Seite ist.", "Une lumière chaude là où est la page.", "ضوء دافئ حيث الصفحة."},
		words{"Steel, powder-coated, with a cloth cable of two metres. Bulb included.", "Stahl, pulverbeschichtet, mit zwei Metern Stoffkabel. Leuchtmittel liegt bei.", "Acier thermolaqué, câble textile de deux mètres. Ampoule fournie.", "فولاذ مطلي مع سلك قماشي بطول مترين، والمصباح مرفق."}},
	{"NTB", "notebook", "paper", "paper", 1200, 250,
		words{"Notebook", "Notizbuch", "Carnet", "دفتر"},
		words{"160 pages, dotted.", "160 Seiten, gepunktet.", "160 pages pointillées.", "160 صفحة منقّطة."},
		words{"Lies flat when open. The paper takes ink without showing it on the other side.", "Liegt offen flach. Das Papier nimmt Tinte, ohne sie auf der Rückseite zu zeigen.", "Reste à plat une fois ouvert. L’encre ne traverse pas le papier.", "يبقى مستويًا عند فتحه ولا ينفذ الحبر إلى الوجه الآخر."}},
	{"SHI", "shirt", "clothes", "cotton", 3900, 240,
		words{"Plain Shirt", "Schlichtes Hemd", "Chemise unie", "قميص سادة"},
		words{"A shirt for every day.", "Ein Hemd für jeden Tag.", "Une chemise pour tous les jours.", "قميص لكل يوم."},
		words{"Organic cotton, washed once so that it stays the size it is.", "Biobaumwolle, einmal vorgewaschen, damit die Größe bleibt.", "Coton biologique, prélavé pour garder sa taille.", "قطن عضوي مغسول مسبقًا ليحافظ على مقاسه."}},
	{"PLA", "plant", "green", "ceramic", 2900, 1500,
		words{"Potted Plant", "Topfpflanze", "Plante en pot", "نبتة في أصيص"},
		words{"Needs light, water and no talent.", "Braucht Licht, Wasser und kein Talent.", "Demande de la lumière, de l’eau et aucun talent.", "تحتاج إلى الضوء والماء فقط."},
		words{"Comes in a glazed pot with a saucer. About 30 cm tall.", "Kommt im glasierten Topf mit Untersetzer. Etwa 30 cm hoch.", "Livrée en pot émaillé avec soucoupe. Environ 30 cm.", "تأتي في أصيص مطلي مع صحن، وارتفاعها نحو 30 سم."}},
	{"CUS", "cushion", "cosy", "linen", 3400, 500,
		words{"Linen Cushion", "Leinenkissen", "Coussin en lin", "وسادة كتان"},
		words{"45 by 45 cm, feather filling.", "45 mal 45 cm, Federfüllung.", "45 sur 45 cm, garnissage en plumes.", "45 في 45 سم بحشوة ريش."},
		words{"The cover comes off and may be washed at 40 degrees.", "Der Bezug ist abnehmbar und bei 40 Grad waschbar.", "La housse s’enlève et se lave à 40 degrés.", "الغطاء قابل للنزع والغسل على 40 درجة."}},
	{"CLK", "clock", "cosy", "wood", 5600, 700,
		words{"Wall Clock", "Wanduhr", "Horloge murale", "ساعة حائط"},
		words{"Does not tick.", "Tickt nicht.", "Sans tic-tac.", "بلا صوت."},
		words{"A silent movement in a frame of ash. One battery lasts two years.", "Ein lautloses Werk im Rahmen aus Esche. Eine Batterie hält zwei Jahre.", "Un mouvement silencieux dans un cadre en frêne. Une pile dure deux ans.", "آلية صامتة في إطار من خشب الدردار، وبطارية تدوم سنتين."}},
	{"CAN", "candle", "light", "wax", 1600, 400,
		words{"Candle", "Kerze", "Bougie", "شمعة"},
		words{"Burns for forty hours.", "Brennt vierzig Stunden.", "Brûle quarante heures.", "تدوم أربعين ساعة."},
		words{"Beeswax and rapeseed wax, with a wick of cotton and nothing else.", "Bienen- und Rapswachs mit einem Docht aus Baumwolle und sonst nichts.", "Cire d’abeille et de colza, mèche en coton, rien d’autre.", "شمع النحل وشمع اللفت بفتيل قطني ولا شيء آخر."}},
	{"PST", "poster", "paper", "paper", 2200, 150,
		words{"Art Print", "Kunstdruck", "Affiche d’art", "لوحة مطبوعة"},
		words{"50 by 70 cm, printed to last.", "50 mal 70 cm, haltbar gedruckt.", "50 sur 70 cm, impression durable.", "50 في 70 سم بطباعة متينة."},
		words{"On heavy uncoated paper. Sent rolled, in a tube.", "Auf schwerem Naturpapier. Wird gerollt verschickt.", "Sur papier épais non couché. Envoyée roulée.", "على ورق ثقيل غير مصقول، وتُرسل ملفوفة."}},
	{"SCF", "scarf", "clothes", "wool", 4800, 180,
		words{"Wool Scarf", "Wollschal", "Écharpe en laine", "وشاح صوفي"},
		words{"Soft enough for bare skin.", "Weich genug für nackte Haut.", "Assez douce pour la peau.", "ناعم على البشرة."},
		words{"Merino wool, woven in a mill that is older than we are. 180 by 30 cm.", "Merinowolle, gewebt in einer Weberei, die älter ist als wir. 180 mal 30 cm.", "Laine mérinos, tissée dans un atelier plus vieux que nous. 180 sur 30 cm.", "صوف ميرينو منسوج في معمل أقدم منا، 180 في 30 سم."}},
	{"BWL", "bowl", "table", "ceramic", 2600, 600,
		words{"Salad Bowl", "Salatschale", "Saladier", "وعاء سلطة"},
		words{"For four, or one very hungry.", "Für vier, oder einen mit viel Hunger.", "Pour quatre, ou un seul très affamé.", "لأربعة أشخاص أو لجائع واحد."},
		words{"Stoneware with a matt outside and a glazed inside. 24 cm across.", "Steinzeug, außen matt, innen glasiert. 24 cm Durchmesser.", "Grès, mat à l’extérieur et émaillé à l’intérieur. 24 cm de diamètre.", "خزف غير لامع من الخارج ومطلي من الداخل، قطره 24 سم."}},
	{"VAS", "vase", "green", "glass", 3200, 800,
		words{"Vase", "Vase", "Vase", "مزهرية"},
		words{"Looks good empty, too.", "Sieht auch leer gut aus.", "Beau même vide.", "جميلة حتى وهي فارغة."},
		words{"Mouth-blown. The narrow neck holds a single branch upright.", "Mundgeblasen. Der enge Hals hält auch einen einzelnen Zweig.", "Soufflé à la bouche. Le col étroit tient une seule branche.", "منفوخة يدويًا بعنق ضيق يثبت غصنًا واحدًا."}},
	{"BRD", "cutting board", "table", "wood", 2800, 1100,
		words{"Cutting Board", "Schneidebrett", "Planche à découper", "لوح تقطيع"},
		words{"Kind to knives.", "Schont die Messer.", "Douce pour les couteaux.", "لطيف على السكاكين."},
		words{"One piece of beech, oiled. Wipe it, never soak it.", "Ein Stück Buche, geölt. Abwischen, nie einweichen.", "Un seul morceau de hêtre huilé. À essuyer, jamais à tremper.", "قطعة واحدة من الزان المزيّت، تُمسح ولا تُنقع."}},
	{"BTL", "bottle", "tea", "metal", 2700, 300,
		words{"Steel Bottle", "Edelstahlflasche", "Gourde en acier", "قارورة فولاذية"},
		words{"Half a litre, does not leak.", "Ein halber Liter, läuft nicht aus.", "Un demi-litre, sans fuite.", "نصف لتر بلا تسرب."},
		words{"Double walls keep tea warm for twelve hours and water cold for twenty-four.", "Doppelte Wände halten Tee zwölf Stunden warm und Wasser vierundzwanzig kalt.", "Double paroi : thé chaud douze heures, eau fraîche vingt-quatre.", "جدار مزدوج يحفظ الشاي ساخنًا اثنتي عشرة ساعة والماء باردًا أربعًا وعشرين."}},
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_words.h"

namespace espalier {

namespace {

// clang-format off
constexpr GardenAnimal kAnimals[] = {
    {"bee", "bees", "nectar", "hive", "bzz"},
    {"hen", "hens", "grain", "coop", "cluck"},
    {"cat", "cats", "cream", "kitchen", "miaow"},
    {"dog", "dogs", "bones", "kennel", "woof"},
    {"mouse", "mice", "cheese", "cellar", "eek"},
    {"owl", "owls", "voles", "barn", "hoo"},
    {"fox", "foxes", "eggs", "den", "yip"},
    {"frog", "frogs", "flies", "pond", "ribbit"},
    {"duck", "ducks", "bread", "reeds", "quack"},
    {"crow", "crows", "corn", "elm", "caw"},
    {"goat", "goats", "thistles", "shed", "maa"},
    {"cow", "cows", "clover", "byre", "moo"},
    {"pig", "pigs", "acorns", "sty", "oink"},
    {"goose", "geese", "grass", "yard", "honk"},
    {"robin", "robins", "worms", "hedge", "tweet"},
    {"toad", "toads", "slugs", "ditch", "croak"},
    {"mole", "moles", "roots", "tunnel", "snuff"},
    {"hare", "hares", "lettuce", "furrow", "thump"},
    {"wasp", "wasps", "jam", "attic", "zizz"},
    {"lamb", "lambs", "milk", "fold", "baa"},
    {"horse", "horses", "oats", "stable", "neigh"},
    {"donkey", "donkeys", "hay", "lean-to", "hee-haw"},
    {"squirrel", "squirrels", "hazelnuts", "oak", "chuk"},
    {"hedgehog", "hedgehogs", "beetles", "brambles", "snort"},
    {"spider", "spiders", "gnats", "web", "hush"},
    {"snail", "snails", "leaves", "flowerpot", "shh"},
    {"rook", "rooks", "seeds", "tower", "kraa"},
    {"heron", "herons", "eels", "marsh", "frank"},
    {"badger", "badgers", "bulbs", "sett", "grr"},
    {"sparrow", "sparrows", "crumbs", "gutter", "chirp"},
    {"swallow", "swallows", "midges", "loft", "twit"},
    {"pigeon", "pigeons", "peas", "dovecote", "coo"},
    {"wolf", "wolves", "bacon", "wood", "awoo"},
    {"calf", "calves", "porridge", "meadow", "muh"},
    {"newt", "newts", "larvae", "well", "plip"},
    {"bat", "bats", "moths", "belfry", "tik"},
    {"cricket", "crickets", "moss", "hearth", "crik"},
    {"beetle", "beetles", "bark", "stump", "click"},
    {"butterfly", "butterflies", "pollen", "glasshouse", "flit"},
    {"magpie", "magpies", "berries", "steeple", "chak"},
    {"otter", "otters", "trout", "river", "eep"},
    {"pony", "ponies", "apples", "paddock", "whinny"},
    {"rat", "rats", "candles", "drain", "squeak"},
    {"ant", "ants", "sugar", "anthill", "tip"},
    {"weasel", "weasels", "chicks", "woodpile", "hiss"},
    {"finch", "finches", "linseed", "thicket", "pink"},
    {"turkey", "turkeys", "chestnuts", "pen", "gobble"},
    {"dormouse", "dormice", "hips", "nest", "zzz"},
};

constexpr GardenVerb kDoings[] = {
    {"sings", "sing", "sang"}, {"sleeps", "sleep", "slept"}, {"runs", "run", "ran"},
    {"digs", "dig", "dug"}, {"waits", "wait", "waited"}, {"swims", "swim", "swam"},
    {"laughs", "laugh", "laughed"}, {"hides", "hide", "hid"}, {"jumps", "jump", "jumped"},
    {"stands", "stand", "stood"}, {"dances", "dance", "danced"}, {"sits", "sit", "sat"},
    {"falls", "fall", "fell"}, {"wakes", "wake", "woke"}, {"hums", "hum", "hummed"},
    {"grows", "grow", "grew"}, {"shakes", "shake", "shook"}, {"creeps", "creep", "crept"},
    {"drinks", "drink", "drank"}, {"thinks", "think", "thought"}, {"yawns", "yawn", "yawned"},
    {"swings", "swing", "swung"}, {"whistles", "whistle", "whistled"}, {"weeps", "weep", "wept"},
    {"trembles", "tremble", "trembled"}, {"smiles", "smile", "smiled"}, {"climbs", "climb", "climbed"},
    {"rises", "rise", "rose"}, {"kneels", "kneel", "knelt"}, {"stumbles", "stumble", "stumbled"},
    {"leaps", "leap", "leapt"}, {"speaks", "speak", "spoke"}, {"blinks", "blink", "blinked"},
    {"fights", "fight", "fought"}, {"nods", "nod", "nodded"}, {"freezes", "freeze", "froze"},
    {"spins", "spin", "spun"}, {"hurries", "hurry", "hurried"},
};

constexpr GardenNoun kDealings[] = {
    {"chases", "chase"}, {"hears", "hear"}, {"fears", "fear"}, {"likes", "like"}, {"follows", "follow"},
    {"finds", "find"}, {"helps", "help"}, {"watches", "watch"}, {"obeys", "obey"}, {"teases", "tease"},
    {"greets", "greet"}, {"trusts", "trust"}, {"loses", "lose"}, {"ignores", "ignore"}, {"visits", "visit"},
    {"warns", "warn"}, {"pushes", "push"}, {"catches", "catch"}, {"envies", "envy"}, {"carries", "carry"},
    {"misses", "miss"}, {"startles", "startle"}, {"tickles", "tickle"}, {"nudges", "nudge"},
    {"knows", "know"}, {"passes", "pass"}, {"admires", "admire"}, {"bites", "bite"},
};

constexpr GardenChore kChores[] = {
    {"waters", "water", "can"}, {"prunes", "prune", "shears"}, {"plants", "plant", "trowel"},
    {"weeds", "weed", "hoe"}, {"gathers", "gather", "basket"}, {"ties", "tie", "twine"},
    {"cuts", "cut", "knife"}, {"moves", "move", "barrow"}, {"paints", "paint", "brush"},
    {"sells", "sell", "scales"}, {"covers", "cover", "fleece"}, {"feeds", "feed", "bucket"},
    {"draws", "draw", "pencil"}, {"counts", "count", "slate"}, {"rakes", "rake", "gloves"},
};

constexpr GardenNoun kFlowers[] = {
    {"rose", "roses"}, {"tulip", "tulips"}, {"lily", "lilies"}, {"poppy", "poppies"}, {"daisy", "daisies"},
    {"violet", "violets"}, {"aster", "asters"}, {"pansy", "pansies"}, {"iris", "irises"},
    {"lupin", "lupins"}, {"dahlia", "dahlias"}, {"peony", "peonies"}, {"marigold", "marigolds"},
    {"primrose", "primroses"}, {"foxglove", "foxgloves"}, {"crocus", "crocuses"},
    {"snowdrop", "snowdrops"}, {"bluebell", "bluebells"}, {"carnation", "carnations"},
    {"hyacinth", "hyacinths"}, {"orchid", "orchids"}, {"thistle", "thistles"},
};

constexpr GardenNoun kFruits[] = {
    {"apple", "apples"}, {"pear", "pears"}, {"plum", "plums"}, {"cherry", "cherries"}, {"peach", "peaches"},
    {"lemon", "lemons"}, {"berry", "berries"}, {"melon", "melons"}, {"quince", "quinces"}, {"fig", "figs"},
};

constexpr GardenSeason kSeasons[] = {
    {"spring", "boots", {"mild", "showery", "fresh", "bright", "breezy"}},
    {"summer", "sunhat", {"hot", "dry", "dusty", "sultry", "glaring"}},
    {"autumn", "raincoat", {"foggy", "windy", "rainy", "gusty", "dim"}},
    {"winter", "scarf", {"icy", "snowy", "frosty", "bitter", "freezing"}},
};

constexpr std::string_view kWomen[] = {"Mara", "Ida", "Rosa", "Lena", "Clara", "Nora", "Edith", "Tilda",
    "Hanna", "Vera", "Agnes", "Olga", "Flora", "Wilma", "Bertha", "Sybil", "Petra", "Greta", "Lucy", "Marta",
    "Ursula", "Judith", "Sarah", "Helen"};
constexpr std::string_view kMen[] = {"Otto", "Hugo", "Emil", "Karl", "Anton", "Oscar", "Felix", "Bruno",
    "Jonas", "Theo", "Albert", "Rufus", "Walter", "Ned", "Luca", "Conrad", "Simon", "Henry", "Peter", "Martin",
    "Basil", "Gustav", "Rainer", "Tom"};
constexpr std::string_view kColours[] = {"red", "white", "blue", "yellow", "pink", "pale", "purple", "golden",
    "orange", "crimson", "silver", "scarlet", "violet", "black"};
constexpr std::string_view kPlaces[] = {"by the pond", "near the wall", "under the elm", "behind the shed",
    "along the path", "beside the gate", "in the orchard", "on the hill", "at the mill", "around the well",
    "below the stairs", "across the stream", "outside the chapel", "beyond the bridge"};
constexpr std::string_view kQualities[] = {"small", "old", "happy", "tired", "hungry", "young", "quiet", "brave",
    "shy", "wise", "grey", "slow", "quick", "fat", "thin", "gentle", "proud", "lonely", "clever", "sleepy",
    "lazy", "muddy", "wet", "cold", "warm", "kind", "curious", "angry", "cheerful", "lost", "noisy", "polite",
    "bold", "dizzy", "humble", "jealous", "merry", "nervous", "plump", "rough", "spotted", "striped", "tame", "tiny",
    "vain", "wild", "pretty", "honest", "idle", "stubborn"};
constexpr std::string_view kManners[] = {"softly", "slowly", "again", "quietly", "often", "alone", "gladly",
    "loudly", "early", "twice", "well", "badly", "late", "all day", "for joy", "in vain"};
constexpr std::string_view kTrees[] = {"oak", "elm", "ash", "pine", "yew", "birch", "larch", "beech", "maple",
    "willow", "poplar", "cedar", "alder", "linden"};
constexpr std::string_view kNumbers[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight",
    "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"};
constexpr std::string_view kComparatives[] = {"taller", "shorter", "older", "younger", "thicker", "thinner",
    "darker", "lighter", "broader", "narrower", "stronger", "weaker"};
// clang-format on

} // namespace

std::span<const GardenAnimal> gardenAnimals()
{
    return kAnimals;
}
std::span<const GardenVerb> gardenDoings()
{
    return kDoings;
}
std::span<const GardenNoun> gardenDealings()
{
    return kDealings;
}
std::span<const GardenChore> gardenChores()
{
    return kChores;
}
std::span<const GardenNoun> gardenFlowers()
{
    return kFlowers;
}
std::span<const GardenNoun> gardenFruits()
{
    return kFruits;
}
std::span<const GardenSeason> gardenSeasons()
{
    return kSeasons;
}
std::span<const std::string_view> gardenWomen()
{
    return kWomen;
}
std::span<const std::string_view> gardenMen()
{
    return kMen;
}
std::span<const std::string_view> gardenColours()
{
    return kColours;
}
std::span<const std::string_view> gardenPlaces()
{
    return kPlaces;
}
std::span<const std::string_view> gardenQualities()
{
    return kQualities;
}
std::span<const std::string_view> gardenManners()
{
    return kManners;
}
std::span<const std::string_view> gardenTrees()
{
    return kTrees;
}
std::span<const std::string_view> gardenNumbers()
{
    return kNumbers;
}
std::span<const std::string_view> gardenComparatives()
{
    return kComparatives;
}

double gardenZipf(std::size_t row)
{
    return 1.0 / (static_cast<double>(row) + 8.0);
}

} // namespace espalier

"""What the tables say of times, computed from the raw results."""

from reader_figures import raw

PLACES = ("file", "file before", "folder", "served")


def before_and_now():
    found = raw("speed-reading-before")
    names = ("a drawing of 28x28", "a strip of 64x160", "a real strip", "a photo of 640x480 with six digits")
    return [
        [*(f"{found[name]['ms'][one]:.1f}" for one in ("now", "0.1")), f"{found[name]['ratio']:.2f}"]
        for name in names
    ]


def training_times():
    fast, cnn, softmax = raw("speed-fast"), raw("speed-cnn"), raw("speed-softmax")["ratios to numpy"]
    return [
        [f"{fast['ratio to the float32 rival']:.2f}"],
        [f"{fast['ratio to the bfloat16 rival']:.2f}"],
        [f"{cnn['ratios to the bare step']['with augmentation']:.2f}"],
        [f"{cnn['ratios to no augmentation']['with augmentation']:.2f}"],
        [f"{softmax['naive tensorflow']:.1f}"],
        [f"{softmax['shuzi, steps alone']:.1f}"],
        [f"{softmax['shuzi, whole training']:.1f}"],
    ]


def reading_times():
    network, reading, http, start = (
        raw(name) for name in ("inference-reader", "speed-reading", "speed-http", "speed-softmax")
    )
    one, many = network["one image, one core"], network["10,000 images, two cores"]
    post, starts = "POST /v1/read, raw body", start["start, ratios to python"]
    return [
        [
            f"{1000 * sorted(one['seconds']['shuzi'])[3]:.2f}",
            f"{one['ratios to bare']['shuzi']:.2f}",
            f"{one['ratios to bare']['keras.Model.predict']:.0f}",
        ],
        [f"{many['ratios to the best bare']['shuzi']:.2f}"],
        [f"{reading['a drawing of 28x28']['ms']['shuzi']:.1f}"],
        [f"{reading['a photo of 640x480 with six digits']['ms']['shuzi']:.0f}"],
        [f"{reading['pages of 64x160']['a loop, as a multiple of read_many']:.2f}"],
        [
            str(http["pictures a second"][post]),
            f"{http['share of the loop'][post]:.2f}",
            f"{http['share of read_many'][post]:.2f}",
        ],
        [f"{reading['the whole process']['ratios']['shuzi read']:.2f}"],
        [f"{starts['shuzi --help']:.1f}"],
        [f"{starts['shuzi data info']:.0f}"],
    ]


def costly():
    found = raw("costly-pictures")
    pictures = {name: picture["photographs"] for name, picture in found["pictures"].items()}
    named = (
        "chequerboard of 4 px, 7000x7000",
        "111,000 dots of 2x2 px",
        "5,000 dots",
        "2,000 dots",
        "noise, 2000x2000",
    )
    dearest = max(pictures.values()), max(found["mixtures"]["photographs"])
    return [[str(cost)] for cost in (*(pictures[name] for name in named), *dearest)]


def page_runtimes():
    rows = raw("page-runtimes")["milliseconds of processor time"]
    return [[f"{row['own']['median']:.1f}", f"{row['ratio']:.2f}"] for row in rows]


def page_times():
    found = raw("speed-standalone")
    names = ("ms from opening to the first reading", "ms of a photo of six digits", "ms of a drawn digit")
    return [[f"{found[place][name]['median']:,.0f}".replace(",", "") for place in PLACES] for name in names]

"""Four charts of the study as PDF, where matplotlib is installed."""

import estimators
from indicators import ways

BLUE, GREY = "#1f4e8c", "#8a8a8a"


def draw(folder, study, sample, made):
    try:
        import matplotlib
    except ImportError:
        print("matplotlib is not installed: no figures drawn")
        return
    matplotlib.use("pdf")
    import matplotlib.pyplot as plt

    folder.mkdir(exist_ok=True)

    def chart(name, title, across, up, paint):
        figure, axes = plt.subplots(figsize=(6, 4.5), layout="constrained")
        axes.set(title=title, xlabel=across, ylabel=up)
        paint(axes)
        figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})
        plt.close(figure)

    def adoption(axes):
        steps = estimators.kaplan_meier([(days, end == "event") for _, days, end in ways(study)])
        times = [0, *(step[0] for step in steps)]
        axes.step(times, [0, *(1 - step[2] for step in steps)], where="post", color=BLUE)
        known = [step for step in steps if step[3] is not None]
        low, high = [1 - step[4] for step in known], [1 - step[3] for step in known]
        axes.fill_between([step[0] for step in known], low, high, step="post", color=BLUE, alpha=0.2)
        axes.set_ylim(0, 1)

    def lorenz(axes):
        every = sorted(study.counts[code] for code in study.counted if "equipped" in study.first[code] or study.counts[code])
        for counts, colour, label in (
            (every, BLUE, "all equipped"),
            ([count for count in every if count], GREY, "users"),
        ):
            reached = [sum(counts[: place + 1]) / max(sum(counts), 1) for place in range(len(counts))]
            axes.plot([place / max(len(counts), 1) for place in range(len(counts) + 1)], [0, *reached], color=colour, label=label)
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
        axes.legend()

    def funnel(axes):
        steps = ["offered", "equipped", "trained", "first-use", "active", "sustained"][::-1]
        rows = [made["I-01", step, "of-first", 0] for step in steps]
        bars = axes.barh(steps, [row[1] for row in rows], color=BLUE)
        axes.bar_label(bars, [f"{row[1]} of {row[2]}" for row in rows], padding=2)
        axes.margins(x=0.2)

    def love(axes):
        rows = [row for row in sample.balance() if row[5] is not None and row[7] is not None][::-1]
        names = [row[0] for row in rows]
        axes.scatter([row[5] for row in rows], names, facecolors="none", edgecolors=GREY, label="before")
        axes.scatter([row[7] for row in rows], names, color=BLUE, label="after")
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.legend()

    chart("adoption", "Adoption (Kaplan-Meier, log-log 95 %)", "days since equipped", "share that used it", adoption)
    chart("lorenz", "Concentration of use (Lorenz)", "share of practices", "share of referrals", lorenz)
    chart("funnel", "From offered to sustained", "practices", "", funnel)
    chart("love", "Balance of users and partners", "standardised mean difference (pooled)", "", love)
    print("drawn: figures/adoption.pdf, lorenz.pdf, funnel.pdf, love.pdf")

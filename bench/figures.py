#!/usr/bin/env python3
"""Measures capture against its goals and prints the table of docs/benchmarks.md.

    figures.py CORPORA SCRATCH [--runs 5] [--corpora server,jdk,native,small,unseen,random] [--million]

CORPORA is what corpora.sh made; those that are missing are left out. Each run measures peer and Sluice one after the
other, page cache warm; one run before the first is not counted. Ratios are medians of the runs' own ratios. Every run
has a new site and a new library; its server has captured five folders before that share no bytes with any corpus.
--million adds the package of 1,000,000 entries with a heap of 256 MB (some minutes, 5 GB below SCRATCH).
Needs: zstd, squashfs-tools, rsync (apt), a JDK 25 in JAVA_HOME or on the PATH.
"""
import argparse, json, os, pathlib, shutil, signal, statistics, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent.parent
SLUICE = str(HERE / "sluice")
TICK = os.sysconf("SC_CLK_TCK")
MEGA = 1_000_000

# Folders that a running server has captured before, and how often each of them again, unchanged.
WARM_FOLDERS = 5
WARM_AGAIN = 2

# Captures of an unchanged folder, to take the median of.
UNCHANGED = 5


class Cost:
    """Seconds of wall and CPU, and the peak memory in bytes of the largest process."""

    def __init__(self, wall, cpu, peak=0):
        self.wall, self.cpu, self.peak = wall, cpu, peak


def run(*command, env=None, log=None):
    """Runs a command to its end; returns its cost and what it printed."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=env)
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
    if process.returncode != 0:
        sys.exit(f"figures.py: {' '.join(map(str, command))} ended with {process.returncode}\n{out.decode()}")
    return cost, out.decode()


def shell(line):
    return run("bash", "-c", "set -o pipefail; " + line)[0]


def size(*folders, ending=""):
    total = 0
    for folder in folders:
        for at, _, names in os.walk(folder):
            total += sum(os.lstat(os.path.join(at, name)).st_size for name in names if name.endswith(ending))
    return total


def warm(folder):
    """Brings a folder's content into the page cache."""
    subprocess.run(f"find '{folder}' -type f -exec cat {{}} + >/dev/null", shell=True, check=True)


def shifted(corpora, into, by):
    """A folder like the corpora that shares no chunk with them: each byte is so much more."""
    if into.exists():
        return into
    shift = bytes((i + by) % 256 for i in range(256))
    part = into.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    for corpus, most in (("jdk", 1000), ("small", 8000), ("server", 500)):
        files = sorted(each for each in (corpora / corpus / "v1").rglob("*") if each.is_file() and not each.is_symlink())
        for i, file in enumerate(files[:most]):
            to = part / corpus / str(i // 100)
            to.mkdir(parents=True, exist_ok=True)
            # In pieces: a child's peak memory counts from what this process had when it was forked.
            with open(file, "rb") as old, open(to / str(i), "wb") as new:
                while piece := old.read(1 << 20):
                    new.write(piece.translate(shift))
    part.rename(into)
    return into


class Site:
    """A running site server of its own."""

    def __init__(self, folder):
        self.data = folder
        shutil.rmtree(folder, ignore_errors=True)
        any_port = ("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
        run(SLUICE, "site", "init", "BEN", "--data", str(folder), *any_port)
        self.log = open(str(folder) + ".log", "wb")
        serve = (SLUICE, "site", "serve", "--data", str(folder))
        self.process = subprocess.Popen(serve, stdout=self.log, stderr=self.log)
        addresses = folder / "log" / "addresses.json"
        for _ in range(600):
            if addresses.exists():
                break
            time.sleep(0.1)
        time.sleep(0.5)
        self.address = json.loads(addresses.read_text())["admin"]
        self.token = (folder / "admin.token").read_text().strip()

    def post(self, path, body):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        url = "http://" + self.address + path
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def package(self, source):
        return self.post("/v0/packages", {"name": str(source), "source": str(source)})["id"]

    def capture(self, package):
        """The cost of a package's next version, seen from the one who asked."""
        cpu, begun = self.cpu(), time.monotonic()
        self.post(f"/v0/packages/{package}/versions", {"readEverything": False})
        return Cost(time.monotonic() - begun, self.cpu() - cpu)

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def library(self):
        """Bytes of packs and of the whole library folder."""
        library = self.data / "library"
        return size(library / "packs"), size(library)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()


class Table:
    """Ratios and values gathered over the runs, by row."""

    def __init__(self):
        self.rows = {}

    def add(self, what, corpus, value, unit="", **peers):
        row = self.rows.setdefault((what, corpus), {"unit": unit, "values": [], "peers": {}})
        row["values"].append(value)
        for name, peer in peers.items():
            row["peers"].setdefault(name, []).append(peer)

    def text(self, goals):
        lines = ["| work | corpus | measured | to the peer, pair by pair: median (least-most) | goal |", "|---|---|---|---|---|"]
        for (what, corpus), row in self.rows.items():
            peers = []
            for name, values in row["peers"].items():
                ratios = sorted(mine / peer for mine, peer in zip(row["values"], values))
                peers.append(
                    f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}) of "
                    f"{name.replace('_', ' ')} {statistics.median(values):.3g} {row['unit']}")
            goal = goals.get((what, corpus), goals.get((what, ""), ""))
            measured = f"{statistics.median(row['values']):.4g} {row['unit']}"
            lines.append(f"| {what} | {corpus} | {measured} | {'; '.join(peers)} | {goal} |")
        return "\n".join(lines)


COLD = "cold capture in a running server"
WHOLE = "cold capture as a whole process"
FRAMES = "library size, frames"
FOLDER = "library size, whole folder"
SAME = "nothing changed, in a running server, CPU"
AGAIN = "nothing changed, whole process, CPU"
UPDATE = "update v1 to v2, frames added"
PEAK = "peak memory of `sluice capture`"
GOALS = {
    (COLD, ""): "<= 1.0 of the faster of tar+zstd and squashfs; <= 1.2 of the limit",
    (COLD, "small"): "<= 1.0 of squashfs",
    (COLD, "unseen"): "not tuned on; no goal",
    (WHOLE, ""): "<= 1.3 of tar+zstd",
    (FRAMES, ""): "<= 1.02",
    (FOLDER, ""): "<= 1.04",
    (SAME, "small"): "<= 0.6 of rsync",
    (AGAIN, "small"): "report",
    (UPDATE, "small"): "<= 65 MB",
    (UPDATE, "native"): "<= 107 MB",
    (UPDATE, "server"): "<= 70 MB",
    (UPDATE, "random"): "<= 6 MB",
    (PEAK, ""): "<= 300 MB",
}


def limits(jar, warm_folder, folders):
    java = "java"
    if os.environ.get("JAVA_HOME"):
        java = os.environ["JAVA_HOME"] + "/bin/java"
    options = ("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
    out = run(java, *options, "-cp", jar, str(HERE / "bench" / "Limit.java"), str(warm_folder), *map(str, folders))[1]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in out.splitlines()}


def one_run(table, corpora, names, scratch, warm_folders, first):
    compressing = [name for name in names if name != "random"]
    limit = limits(str(HERE / "target" / "sluice.jar"), warm_folders[0], [corpora / name / "v1" for name in compressing])
    site = Site(scratch / "site")
    for folder in warm_folders:
        package = site.package(folder)
        for _ in range(1 + WARM_AGAIN):
            site.capture(package)
    nothing = scratch / "nothing"
    nothing.mkdir(exist_ok=True)
    for name in names:
        source = corpora / name / "v1"
        warm(source)
        if name == "random":
            if first:
                site.capture(site.package(source))
                added(table, site, name, corpora)
            continue
        tar, image, library = scratch / "tar.zst", scratch / "image", scratch / "library"
        for old in (tar, image):
            old.unlink(missing_ok=True)
        shutil.rmtree(library, ignore_errors=True)
        os.sync()
        tarred = shell(f"tar -C '{source}' -cf - . | zstd -q -3 -T2 -o '{tar}'")
        os.sync()
        squash = shell(f"mksquashfs '{source}' '{image}' -comp zstd -Xcompression-level 3 -processors 2 -no-progress -quiet")
        os.sync()
        package, before = site.package(source), site.library()
        ours = site.capture(package)
        after = site.library()
        table.add(COLD, name, ours.wall, "s", tar_zstd=tarred.wall, squashfs=squash.wall, the_limit=limit[str(source)])
        table.add(COLD + ", CPU", name, ours.cpu, "s", tar_zstd=tarred.cpu, squashfs=squash.cpu)
        stored = tar.stat().st_size / MEGA
        table.add(FRAMES, name, (after[0] - before[0]) / MEGA, "MB", tar_zstd=stored)
        table.add(FOLDER, name, (after[1] - before[1]) / MEGA, "MB", tar_zstd=stored)
        os.sync()
        whole = run(SLUICE, "capture", str(source), "--library", str(library), "--json")[0]
        table.add(WHOLE, name, whole.wall, "s", tar_zstd=tarred.wall)
        table.add(WHOLE + ", CPU", name, whole.cpu, "s", tar_zstd=tarred.cpu)
        table.add(PEAK, name, whole.peak / MEGA, "MB")
        site.capture(package)
        pairs = []
        for _ in range(UNCHANGED):
            rsync = run("rsync", "-a", "--dry-run", f"{source}/", f"{nothing}/")[0]
            pairs.append((site.capture(package).cpu, rsync.cpu))
        table.add(SAME, name, statistics.median(mine for mine, _ in pairs), "s",
                  rsync_dry_run=statistics.median(peer for _, peer in pairs))
        again = run(SLUICE, "capture", str(source), "--library", str(library), "--json")[0]
        table.add(AGAIN, name, again.cpu, "s", rsync_dry_run=rsync.cpu)
        if first:
            added(table, site, name, corpora)
    site.end()


def added(table, site, name, corpora):
    source = corpora / name / "v2"
    if source.is_dir():
        before = site.library()
        site.capture(site.package(source))
        table.add(UPDATE, name, (site.library()[0] - before[0]) / MEGA, "MB")


def million(table, scratch):
    """1,000 folders of 999 small files each, and their root: 1,000,000 entries and the root itself."""
    source, library, back = scratch / "million", scratch / "million-library", scratch / "million-restored"
    if not (scratch / "million.done").exists():
        for i in range(1000):
            folder = source / f"folder-{i:04}"
            folder.mkdir(parents=True, exist_ok=True)
            for j in range(999):
                with open(folder / f"entry-{j:04}.txt", "wb") as out:
                    out.write(b"%d of %d\n" % (j, i))
        (scratch / "million.done").touch()
    for old in (library, back):
        shutil.rmtree(old, ignore_errors=True)
    small = dict(os.environ, SLUICE_HEAP="256m")
    cost, out = run(SLUICE, "capture", str(source), "--library", str(library), "--json", env=small)
    row = "1,000,000 entries, -Xmx256m: "
    table.add(row + "capture", "million", cost.wall, "s")
    table.add(row + "capture, peak memory", "million", cost.peak / MEGA, "MB")
    table.add(row + "library without packs", "million", (size(library) - size(library / "packs")) / MEGA, "MB")
    cost, _ = run(SLUICE, "capture", str(source), "--library", str(library), "--json", env=small)
    table.add(row + "capture, nothing changed", "million", cost.wall, "s")
    version = json.loads(out)["digest"]
    cost, _ = run(SLUICE, "restore", version, "--library", str(library), "--to", str(back), env=small)
    table.add(row + "restore", "million", cost.wall, "s")
    table.add(row + "restore, peak memory", "million", cost.peak / MEGA, "MB")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip(), description=__doc__)
    parser.add_argument("corpora", type=pathlib.Path)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--corpora", dest="names", default="server,jdk,native,small,unseen,random")
    parser.add_argument("--million", action="store_true")
    options = parser.parse_args()
    for tool in ("zstd", "mksquashfs", "rsync"):
        if not shutil.which(tool):
            sys.exit(f"figures.py needs {tool}: apt install zstd squashfs-tools rsync")
    corpora, scratch = options.corpora.resolve(), options.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    names = [name for name in options.names.split(",") if (corpora / name / ".done").exists()]
    run(SLUICE, "--version")
    table = Table()
    if names and options.runs:
        warm_folders = [shifted(corpora, scratch / f"warm-{by}", by) for by in range(1, WARM_FOLDERS + 1)]
        one_run(Table(), corpora, [name for name in names if name != "random"][:1], scratch, warm_folders, False)
        for i in range(options.runs):
            one_run(table, corpora, names, scratch, warm_folders, i == 0)
            print(f"run {i + 1} of {options.runs} is done", file=sys.stderr)
    if options.million:
        million(table, scratch)
    print(table.text(GOALS))


main()

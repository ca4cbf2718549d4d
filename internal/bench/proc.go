package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc: 100 a second on every Linux there is.
const tick = 10 * time.Millisecond

// stat reads a process's parent, its own processor time, and that of the
// children it has waited for.
func stat(pid int) (parent int, own, waited time.Duration, ok bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, 0, false
	}
	text := string(b)
	f := strings.Fields(text[strings.LastIndexByte(text, ')')+1:]) // the name before may hold spaces
	if len(f) < 15 {
		return 0, 0, 0, false
	}
	number := func(i int) time.Duration { n, _ := strconv.ParseInt(f[i], 10, 64); return time.Duration(n) }
	return int(number(1)), (number(11) + number(12)) * tick, (number(13) + number(14)) * tick, true
}

// busy is the processor time that all programs of the machine have used.
func busy() time.Duration {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	f := strings.Fields(line)
	var sum int64
	for i, text := range f {
		if i == 0 || i == 4 || i == 5 || i > 8 { // the name, idle, waiting, guests counted already
			continue
		}
		n, _ := strconv.ParseInt(text, 10, 64)
		sum += n
	}
	return time.Duration(sum) * tick
}

// tree lists a process and its children.
func tree(pid int) []int {
	all := []int{pid}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		child, err := strconv.Atoi(filepath.Base(d))
		if err != nil {
			continue
		}
		if parent, _, _, ok := stat(child); ok && parent == pid {
			all = append(all, child)
		}
	}
	return all
}

// cpuOf is the processor time of processes and their children, ended ones too.
func cpuOf(pids ...int) (sum time.Duration) {
	for _, root := range pids {
		for _, pid := range tree(root) {
			_, own, waited, _ := stat(pid)
			sum += own + waited
		}
	}
	return sum
}

// pssOf is the memory of processes and their children in MiB: shared pages count
// for each in proportion.
func pssOf(pids ...int) (sum float64) {
	for _, root := range pids {
		for _, pid := range tree(root) {
			sum += smaps(pid, "Pss:")
		}
	}
	return sum
}

func smaps(pid int, key string) float64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, key); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}

package main

import (
	"fmt"
	"math"
	"os"
	"strings"
)

// drawPlot draws requests and time against the number of versions of one model, ours against one by one, as an SVG.
func drawPlot(path string, r results) error {
	var sizes []measurement
	for _, name := range []string{"versions-100", "versions-1000", "versions-5000"} {
		if m, ok := r[name]; ok {
			sizes = append(sizes, m)
		}
	}
	if len(sizes) < 2 {
		return nil // A part of the benchmark: there is nothing to draw.
	}
	var svg strings.Builder
	svg.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="860" height="360" font-family="sans-serif" font-size="12">` + "\n")
	svg.WriteString(`<rect width="860" height="360" fill="white"/>` + "\n")
	panel(&svg, 60, "Requests of a plan", sizes, []who{ours, single}, func(c cost) float64 { return float64(c.Requests) }, "%.0f")
	panel(&svg, 490, "Wall time of a plan, in seconds", sizes, []who{ours, single, floor}, func(c cost) float64 { return c.Wall.Seconds() }, "%.1f")
	svg.WriteString("</svg>\n")
	return os.WriteFile(path, []byte(svg.String()), 0o600)
}

var colours = map[who]string{ours: "#1a7f37", single: "#cf222e", floor: "#888888"}

// panel draws one diagram with logarithmic axes.
func panel(svg *strings.Builder, left float64, title string, sizes []measurement, readers []who, value func(cost) float64, format string) {
	const top, bottom, width = 50.0, 310.0, 300.0
	least, most := math.Inf(1), math.Inf(-1)
	for _, m := range sizes {
		for _, reader := range readers {
			if c, ok := m.Costs[reader]; ok {
				least, most = min(least, value(c)), max(most, value(c))
			}
		}
	}
	least, most = math.Floor(math.Log10(least)), math.Ceil(math.Log10(most)+0.01)
	first, last := math.Log10(float64(sizes[0].Size)), math.Log10(float64(sizes[len(sizes)-1].Size))
	x := func(m measurement) float64 { return left + width*(math.Log10(float64(m.Size))-first)/(last-first) }
	y := func(v float64) float64 { return bottom - (bottom-top)*(math.Log10(v)-least)/(most-least) }

	fmt.Fprintf(svg, `<text x="%.0f" y="30" font-size="14" font-weight="bold">%s</text>`+"\n", left, title)
	for power := least; power <= most; power++ {
		at := y(math.Pow(10, power))
		fmt.Fprintf(svg, `<line x1="%.0f" x2="%.0f" y1="%.1f" y2="%.1f" stroke="#dddddd"/><text x="%.0f" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, left+width, at, at, left-6, at+4, math.Pow(10, power))
	}
	for _, m := range sizes {
		fmt.Fprintf(svg, `<text x="%.1f" y="%.0f" text-anchor="middle">%d</text>`+"\n", x(m), bottom+18, m.Size)
	}
	fmt.Fprintf(svg, `<text x="%.0f" y="%.0f" text-anchor="middle">versions of one model</text>`+"\n", left+width/2, bottom+36)
	for place, reader := range readers {
		var points []string
		for _, m := range sizes {
			if c, ok := m.Costs[reader]; ok {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(m), y(value(c))))
				fmt.Fprintf(svg, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"><title>%s: `+format+`</title></circle>`+"\n",
					x(m), y(value(c)), colours[reader], reader, value(c))
			}
		}
		fmt.Fprintf(svg, `<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>`+"\n", colours[reader], strings.Join(points, " "))
		fmt.Fprintf(svg, `<text x="%.0f" y="%.0f" fill="%s">%s</text>`+"\n", left+width-90, top+14*float64(place)+4, colours[reader], reader)
	}
}

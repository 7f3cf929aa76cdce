package handover

import (
	"slices"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// lyingServer answers a machine with whatever the input says: looks that contradict each other, errors of each kind, success without an
// effect. Once the input is used up, the caller's time is over and nothing changes any more.
type lyingServer struct {
	input []byte
	last  []registry.Version
}

func (s *lyingServer) draw(below int) int {
	if len(s.input) == 0 {
		return 0
	}
	drawn := int(s.input[0]) % below
	s.input = s.input[1:]
	return drawn
}

func (s *lyingServer) stage() registry.Stage {
	return []registry.Stage{registry.StageNone, registry.StageStaging, registry.StageProduction, registry.StageArchived}[s.draw(4)]
}

func (s *lyingServer) err() error {
	return []error{
		lost(), mlflowSays(), &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Unknown: true},
		&registry.Error{Kind: registry.ErrPermissionDenied, Status: 403}, &registry.Error{Kind: registry.ErrNotFound, Status: 404},
		&registry.Error{Kind: registry.ErrInvalid, Status: 400}, &registry.Error{Kind: registry.ErrNotMLflow, Status: 200},
	}[s.draw(7)]
}

// event answers an action.
func (s *lyingServer) event(action Action) Event {
	event := Event{Over: len(s.input) == 0, NoLonger: len(s.input) == 0 || s.draw(3) == 0}
	switch {
	case action.Do == DoWait:
		return event
	case s.draw(3) == 1:
		event.Err = s.err()
		return event
	case action.Do == DoSend:
		return event
	}
	if len(s.input) > 0 {
		s.last = nil
		for number := range registry.Number(1 + s.draw(4)) {
			s.last = append(s.last, registry.Version{Model: testModel, Number: number + 1, Stage: s.stage(), Status: registry.StatusReady})
		}
	}
	event.Looked, event.Versions = true, s.last
	return event
}

// FuzzMachine lets a handover deal with a server that lies. It ends in a bounded number of steps, and its first transition archives
// nobody whom the plan does not name and the look before it has shown.
func FuzzMachine(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{1, 2, 1, 1, 0, 0, 3, 2, 2, 1, 0, 0, 1, 0, 0, 1, 1, 0, 2, 2, 3})
	f.Add([]byte("a server that answers each look with other versions, and each transition with an error"))
	f.Fuzz(func(t *testing.T, input []byte) {
		server := &lyingServer{input: input}
		goal := Goal{
			Model: testModel, Version: registry.Number(1 + server.draw(3)), Stage: server.stage(), ArchiveExisting: server.draw(2) == 1,
			OnlyFrom: []registry.Stage{"", registry.StageProduction}[server.draw(2)],
		}
		for number := range registry.Number(server.draw(4)) {
			goal.Reviewed = append(goal.Reviewed, number+1)
		}
		machine := NewMachine(goal, Ways()[server.draw(2)], 1+server.draw(4))
		sent := false
		action := machine.Next(Event{})
		for steps := 0; action.Do != DoFinish; steps++ {
			if steps > 8*len(input)+400 {
				t.Fatalf("the machine does not end: %+v", action)
			}
			if action.Do == DoSend && !sent {
				sent = true
				for _, holder := range Observe(server.last).Others(goal.Stage, goal.Version) {
					if goal.Exclusive() && !slices.Contains(goal.Reviewed, holder) {
						t.Fatalf("%+v is sent although version %s, which the plan does not name, holds the stage", action.Transition, holder)
					}
				}
			}
			action = machine.Next(server.event(action))
		}
	})
}

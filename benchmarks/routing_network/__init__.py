"""The network engines against published methods: instances, peers and what is measured."""
